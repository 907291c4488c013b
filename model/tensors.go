//go:build cgo

package model

/*
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"strconv"
	"unsafe"

	ort "github.com/yalue/onnxruntime_go"

	"jamd/jam"
)

// alignment of every tensor in bytes: a cache line, and the widest vector register.
const alignment = 64

// tensors are everything that goes into and comes out of a policy's graph. ONNX Runtime keeps their addresses for as long as
// the session lives, which is not allowed with Go memory. So they are in one block of C memory, which is neither moved nor
// collected, and are bound once.
type tensors struct {
	block           unsafe.Pointer
	inputs, outputs []ort.Value
	inputNames      []string
	outputNames     []string

	chord, melody    []int64
	bar, busy        []int64     // nil if the policy does not have this input
	cos, sin         []float32   // [head/2]
	mask             []float32   // [window]
	keys, values     [][]float32 // for each layer [heads, window, head]
	logits           []float32
	newKey, newValue []float32 // [layers, heads, head]
	used             uintptr   // bytes used of the block
}

// newTensors allocates the tensors, zeroed. The caller destroys them after the session.
func newTensors(m *Metadata, v *jam.Vocabulary) (*tensors, error) {
	t := &tensors{}
	declared := append(m.inputs(), m.outputs(v)...)
	err := t.allocate(declared)
	if err != nil {
		return nil, err
	}
	floats := map[string]*[]float32{
		"cos": &t.cos, "sin": &t.sin, "mask": &t.mask,
		"logits": &t.logits, "new_key": &t.newKey, "new_value": &t.newValue,
	}
	t.keys, t.values = make([][]float32, m.Layers), make([][]float32, m.Layers)
	for i := range m.Layers {
		floats[layerOf("keys", i)], floats[layerOf("values", i)] = &t.keys[i], &t.values[i]
	}
	integers := map[string]*[]int64{"chord": &t.chord, "melody": &t.melody, "bar": &t.bar, "busy": &t.busy}
	for i, d := range declared {
		var value ort.Value
		if into, ok := floats[d.name]; ok {
			value, err = carve(t, d, into)
		} else {
			value, err = carve(t, d, integers[d.name])
		}
		if err != nil {
			t.destroy()
			return nil, err
		}
		if i < len(m.inputs()) {
			t.inputs, t.inputNames = append(t.inputs, value), append(t.inputNames, d.name)
		} else {
			t.outputs, t.outputNames = append(t.outputs, value), append(t.outputNames, d.name)
		}
	}
	return t, nil
}

// allocate makes the block for the declared tensors.
func (t *tensors) allocate(declared []tensorInfo) error {
	size := uintptr(alignment)
	for _, d := range declared {
		size += aligned(uintptr(d.elements()) * 8)
	}
	t.block = C.calloc(C.size_t(size), 1)
	if t.block == nil {
		return errors.New("out of memory")
	}
	t.used = aligned(uintptr(t.block)) - uintptr(t.block)
	return nil
}

// carve takes a tensor's memory from the block and binds it.
func carve[T int64 | float32](t *tensors, d tensorInfo, into *[]T) (ort.Value, error) {
	n := d.elements()
	*into = unsafe.Slice((*T)(unsafe.Add(t.block, t.used)), n)
	t.used += aligned(uintptr(n) * unsafe.Sizeof(T(0)))
	return ort.NewTensor(ort.NewShape(d.shape()...), *into)
}

func aligned(n uintptr) uintptr { return (n + alignment - 1) &^ (alignment - 1) }

func (t *tensors) destroy() {
	for _, v := range append(t.inputs, t.outputs...) {
		v.Destroy()
	}
	C.free(t.block)
	*t = tensors{}
}

func (t tensorInfo) shape() []int64 {
	shape := make([]int64, len(t.dims))
	for i, d := range t.dims {
		shape[i], _ = strconv.ParseInt(d, 10, 64)
	}
	return shape
}

func (t tensorInfo) elements() int64 { return ort.NewShape(t.shape()...).FlattenedSize() }
