package ipv6_test

import (
	"fmt"

	"whorl/method/ipv6"
)

func ExampleParse() {
	p, err := ipv6.Parse("S1(P=6006f1ba00280640XX{32}0050de7138fa674bcfc97555a012fb04d40e0000020405a00402080a2b7b8e57ff{4}0103030a%ST=0.016662%RT=0.016681)")
	fmt.Println(len(p.Responses[0].Packet.Bytes()), p.Responses[0].Received-p.Responses[0].Sent, err)
	fmt.Print(p.Tests)
	// Output:
	// 80 19µs <nil>
	// T1_6(R=Y%HLG=40%TC=0%FL=O%S=O%A=S+%F=AS%RD=0%Q=)
}

func ExampleNewReference() {
	p, _ := ipv6.Parse("T2_6(R=N)\nT4_6(R=Y%HL=40%TC=0%FL=O%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)")
	r, errs := ipv6.NewReference(p.Tests)
	score, _ := r.Score(p.Tests)
	fmt.Println(score.Num, score.Den, errs)
	// Output:
	// 380 380 []
}
