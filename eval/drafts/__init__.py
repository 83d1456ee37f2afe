"""Questions drafted from a corpus by a program: a beginning for whoever has none of their own, to be read and corrected."""
