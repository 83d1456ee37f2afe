"""From passages to an answer that is quoted, cited and verified, or refused."""
