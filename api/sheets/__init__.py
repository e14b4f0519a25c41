"""Owners' sheets: what each owner of roads, green land, trees and pipes confirms of a proposed line, on screen and as files."""
