// Command whorl tells what TCP/IP stack answers at an address, how sure that is,
// and why.
//
//	whorl demo                              a simulated office, without privilege
//	whorl scan 192.0.2.0/24 -oX o.xml       probe hosts
//	whorl listen -r office.pcapng           name hosts by what they send of themselves
//	whorl watch -r office.pcapng            tell who fingerprints or scans us
//	whorl decoy office.toml                 answer as other systems would
//	whorl explain scan.nmap one.pcapng      judge prints and recordings, offline
//	whorl db list | show | lint | stats     look into the databases
//	whorl db add | merge | export           grow a database of one's own
//	whorl submit one.pcapng                 prepare a print for Nmap's database
//
// There is no logic of fingerprinting here, only the manners of a command: one file
// for each subcommand, and
//
//	flags.go, nmapoptions.go   what is typed, Nmap's spelling included
//	outputs.go, status.go      where results go, and the one line for people
//	captures.go, hearing.go    where packets that others sent come from
//	tomltable.go               files in TOML, with a line for everything that is wrong
//	sinks.go                   files that are written as things happen
//	exit.go                    exit codes, and advice with every error
//	help.go, man.go            the help and the manual pages, from the same flags
//
// Results go to standard output and talk to standard error. The scripts in testdata
// are the contract: what is typed, what comes out, and the exit code.
package main
