#compdef jamd
autoload -U +X bashcompinit && bashcompinit
complete -C /usr/bin/jamd jamd
