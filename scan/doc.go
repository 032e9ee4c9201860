// Package scan drives machines over links: many hosts at once, each with a
// schedule of its own, results as they come.
//
// [Run] takes a [Job] (targets and limits, a value), a [Network] (which way to an
// address, and how to open it) and a function that is given each finished host.
// An engine per link holds the hosts under way in one timer wheel. A host is only
// started when its whole schedule fits the packet budget; once started its probes
// are never held up, because rates are computed from their times.
//
// Targets are walked in an order that spreads neighbours and that all shards of a
// range share. A target's position in it is what a journal notes, from which a scan
// that was cut off goes on ([JournalWriter], [JournalReader], [Positions]).
//
// Whether answers belong to a probe is decided by the machines, from numbers that
// come from the scan's key; the engine only finds the host by its address.
package scan
