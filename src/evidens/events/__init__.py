"""The event store: what one event is, how events are ordered, and which of them are visible when."""

from evidens.events.contract import CONTACT_KINDS, ORIGINS, REGIONS, SEXES, Event, Person, Residence
from evidens.events.order import EVENT_ORDER, keep_visible_before, sort_events, visible_before

__all__ = [
    "CONTACT_KINDS",
    "EVENT_ORDER",
    "ORIGINS",
    "REGIONS",
    "SEXES",
    "Event",
    "Person",
    "Residence",
    "keep_visible_before",
    "sort_events",
    "visible_before",
]
