"""Roles, and what each may see of an index."""

from typing import Literal, get_args

from indexer.generations import Generation

# Each role may do what the ones before it may.
Role = Literal["public", "deputy", "staff", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


def seen_by(generation: Generation, role: Role) -> Generation:
    """The index of what a role may see: ``public`` sees public documents, ``deputy`` these and all replies, ``staff`` and
    ``admin`` everything. Raises DamagedGeneration."""
    return generation if role in ("staff", "admin") else generation.edition_for(role)
