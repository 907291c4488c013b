complete -C /usr/bin/jamd jamd
