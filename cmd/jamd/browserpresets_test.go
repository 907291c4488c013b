package main

import "testing"

// TestPresetsInABrowser saves settings as a preset, changes them during a jam, returns to the preset, and undoes that.
func TestPresetsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "1")
	v.see(`#param-policy`)
	v.wait("nothing to undo", `document.querySelector('.presets button').disabled`)
	v.do(`choose('.presets input', 'Calm évening')`)
	v.clickText("Keep settings")
	v.wait("the preset", `document.querySelector('[aria-label="Preset Calm-evening"]') !== null`)
	v.do(`document.activeElement.blur()`)
	v.play("KeyC", "KeyE")
	v.do(`choose('#param-style', 'arpeggio')`)
	v.wait("what to undo", `document.querySelector('.presets button').textContent === 'Undo Style'`)
	v.do(`choose('#param-temperature', '1.3')`)
	v.wait("the other settings", `document.querySelector('.presets button').textContent === 'Undo Adventurous' && document.querySelector('#param-style').value === 'arpeggio'`)
	v.accessible("presets")
	v.click(`[aria-label="Preset Calm-evening"]`)
	v.wait("the kept settings", `document.querySelector('#param-style').value === 'pad' && document.querySelector('#param-temperature').value !== '1.3'`)
	v.do(`document.activeElement.blur()`)
	v.shift("KeyZ", "Z") // which takes back all that the preset did
	v.wait("the settings before", `document.querySelector('#param-style').value === 'arpeggio' && document.querySelector('#param-temperature').value === '1.3'`)
	v.clickText("Undo Adventurous")
	v.clickText("Undo Style")
	v.wait("the settings of the beginning", `document.querySelector('#param-style').value === 'pad' && document.querySelector('.presets button').disabled`)
	v.unbroken()
}
