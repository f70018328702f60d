"""A dress rehearsal: volunteers played against one's own server, and what they would have felt."""
