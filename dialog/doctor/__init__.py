"""Looks from outside at how a server is reached: what stands before it may change all it says."""

from dialog.doctor.finding import Finding, Grade, lacking
from dialog.doctor.visit import Away, Patient, examine

__all__ = ["Away", "Finding", "Grade", "Patient", "examine", "lacking"]
