"""The event store: what one event is, how events are ordered, and which of them are visible when."""

from evidens.events.bucket import BucketEvents
from evidens.events.check import check_store
from evidens.events.columns import NO_TIME, EventColumns
from evidens.events.contract import CONTACT_KINDS, ORIGINS, REGIONS, SEXES, Event, Person, Residence
from evidens.events.describe import SegmentFacts, StoreFacts, describe_events
from evidens.events.manifest import (
    EventStoreError,
    Manifest,
    Run,
    describe_run,
    read_manifest,
    run_path,
    write_manifest,
)
from evidens.events.meds import MedsTables, from_meds, meds_schema, to_meds
from evidens.events.meds_metadata import codes_schema, describe_codes, describe_dataset
from evidens.events.order import EVENT_ORDER, keep_visible_before, sort_events, sort_rows, visible_before

__all__ = [
    "CONTACT_KINDS",
    "EVENT_ORDER",
    "NO_TIME",
    "ORIGINS",
    "REGIONS",
    "SEXES",
    "BucketEvents",
    "Event",
    "EventColumns",
    "EventStoreError",
    "Manifest",
    "MedsTables",
    "Person",
    "Residence",
    "Run",
    "SegmentFacts",
    "StoreFacts",
    "check_store",
    "codes_schema",
    "describe_codes",
    "describe_dataset",
    "describe_events",
    "describe_run",
    "from_meds",
    "keep_visible_before",
    "meds_schema",
    "read_manifest",
    "run_path",
    "sort_events",
    "sort_rows",
    "to_meds",
    "visible_before",
    "write_manifest",
]
