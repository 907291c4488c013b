package jamd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile("(?m)^#+ +(.*)$")
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns the names by which a document's headings can be linked.
func anchors(text string) (names []string) {
	for _, found := range heading.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-"))
	}
	return names
}

// documents returns the project's Markdown files.
func documents(t *testing.T) []string {
	listed, err := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").Output()
	if err != nil {
		t.Skip("there is no git")
	}
	return strings.Fields(string(listed))
}

// Every relative link in a document leads to a file of the project, and to a heading in it. Every page of docs is in the site's
// menu.
func TestLinks(t *testing.T) {
	menu, err := os.ReadFile("docs/site.toml")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // deleted and not committed yet
		}
		if filepath.Dir(file) == "docs" && !strings.Contains(string(menu), `"`+filepath.ToSlash(file)+`"`) {
			t.Errorf("%s is not in the menu of docs/site.toml", file)
		}
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, ":") {
				continue
			}
			checked++
			path := file
			if target != "" {
				path = filepath.Join(filepath.Dir(file), target)
			}
			other, err := os.ReadFile(path)
			if info, statErr := os.Stat(path); err != nil && (statErr != nil || !info.IsDir()) {
				t.Errorf("%s: the link %s leads nowhere", file, found[1])
			} else if anchor != "" && !slices.Contains(anchors(string(other)), anchor) {
				t.Errorf("%s: the link %s leads to no heading", file, found[1])
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d links were found", checked)
	}
}

// The site takes a list that directly follows a line of text for a part of that text, unlike other readers of Markdown: a blank line
// stands before each list.
func TestLists(t *testing.T) {
	item := regexp.MustCompile(`^ *(- |\d+\. )`)
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // deleted and not committed yet
		}
		blank, list, code := true, false, false // before the line: nothing, a list's item and what belongs to it, an example
		for n, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			isItem := item.MatchString(line) && !code
			if isItem && !blank && !list {
				t.Errorf("%s:%d: a list directly after a line of text", file, n+1)
			}
			blank = strings.TrimSpace(line) == ""
			list = isItem || list && !blank
		}
	}
}

// roomRow matches a row of the table of rooms in docs/design.md: the room, and what it may import.
var roomRow = regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| .* \\| (.*) \\|$")

// The table of rooms in docs/design.md has a row for each room, and where a row lists what its room may import, the list is the
// house's rule.
func TestDesignTable(t *testing.T) {
	text, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, row := range roomRow.FindAllStringSubmatch(string(text), -1) {
		told[row[1]] = row[2]
	}
	for room, allowed := range rooms {
		list, is := told[room]
		switch {
		case !is:
			t.Errorf("docs/design.md has no row for %s", room)
		case strings.HasPrefix(list, "`") && !strings.Contains(list, "below") && list != "`"+strings.Join(allowed, "`, `")+"`":
			t.Errorf("docs/design.md says that %s may import %s; the rule is %v", room, list, allowed)
		}
	}
}
