/* asn-lite 0.3.1, bundled */
!function(e,t){"object"==typeof module?module.exports=t(require("crypto")):e.asnLite=t(e.nodeCrypto)}(this,function(r){"use strict";function n(e){return r.createHash("md5").update(e).digest()}
return{id:n,tag:function(e){return e.length>>>0}}});
