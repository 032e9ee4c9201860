// Package whorl holds the record of one host: what was seen of it, what it is
// taken for and why. It is what scans stream, stores keep and reports render;
// it knows nothing of packets, sockets or databases.
//
// A [Host] carries raw evidence ([Observation]) apart from conclusions
// ([Verdict], [Box]), so that old evidence can be judged again by a newer
// database. Marshalled with encoding/json it is one line of the JSON Lines
// stream whose schema is [Schema]; fields are only ever added.
package whorl
