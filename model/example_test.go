package model_test

import (
	"fmt"

	"jamd/jam"
	"jamd/model"
)

// A policy is opened by its name or its file, and closed when it is done with. Each step takes the tokens of the frame before.
func ExampleLoad() {
	policy, err := model.Load("testdata/tiny.onnx", model.Options{Plays: model.Chords, Provider: model.CPU})
	if err != nil {
		fmt.Println(err) // says what is wrong with the file, or with ONNX Runtime's library
		return
	}
	defer policy.Close()
	vocabulary := policy.Vocabulary()
	logits, err := policy.Step(vocabulary.Start(), jam.MelodyStart, jam.Quarters(4).Place(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.Metadata().Name, len(logits) == vocabulary.Logits())
}
