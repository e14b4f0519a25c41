"""The field pack of a survey: one zip that QField and QGIS open, with the ground, the record and the checklist inside."""
