"""What people and processes do to documents: commentary, approvals, issues, jobs, the month's closing."""
