// Package verdict weighs evidence: it turns observations into ranked answers.
//
// Two rules judge side by side, and an answer always names the one it comes from
// and the record it rests on. Nmap's rule (nmap.go, fast in compiled.go) counts points
// over a database and lists what reaches 85 %. Our own (likelihood.go) asks how much
// better a record (references.go) explains what was seen (observe.go) than a random
// stack would, feature by feature (features.go) with weights that are trained (model.go,
// train.go), after the observation has been brought to a common path (relations.go). Its
// result is a probability, named at the level of detail that it allows (level.go), and
// "unknown" is one of its answers. eval.go measures both rules.
//
// [Judge] does both and ranks the results of a host: our own answer first, then Nmap's
// list over the other databases. The package neither measures hosts nor reads databases.
// It judges second-generation observations, and what deep probes saw beside one (deep.go).
//
// docs/verdict.md has the formulas and their sources.
package verdict
