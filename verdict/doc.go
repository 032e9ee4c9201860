// Package verdict weighs evidence: it turns observations into ranked answers.
//
// Two rules judge side by side, and an answer always names the one it comes from
// and the record it rests on. Nmap's rule (nmap.go) counts points over a database
// and lists what reaches 85 %. Our own (likelihood.go) asks how much better a
// record explains what was seen than a random stack would, over groups of
// attributes that tell one fact (model.go), after the observation has been brought
// to a common path (relations.go); its result is a probability, and "unknown" is
// one of its answers.
//
// [Judge] does both and ranks the results of a host: our own answer first when it
// is sure enough, then Nmap's list over the other databases.
package verdict
