complete -o default -o bashdefault -C /usr/bin/jamd jamd
