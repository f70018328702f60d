"""Looks from outside at how a server is reached: what stands before it may change all it says."""

from dialog.doctor.finding import Finding, Grade
from dialog.doctor.visit import Patient, examine

__all__ = ["Finding", "Grade", "Patient", "examine"]
