"""Agendas: what a meeting talks about, who proposed it, and motions put to the vote."""
