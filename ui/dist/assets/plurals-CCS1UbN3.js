function t(e){const l=new Intl.PluralRules(e);return(n,r,s)=>l.select(n)==="one"?r:s}export{t as p};
