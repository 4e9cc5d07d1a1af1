# The faults that once were, for bench/content/run: each a sed script that makes the change again. Sourced by it.

# what is not in the alphabet, and all behind the padding, was dropped
fault base64-drops-characters "P1, B2" envelope/PayloadStreams.java \
    's/new Base64Stream\(text\)/java.util.Base64.getMimeDecoder().wrap(text)/'
# gzip was not read to its end before the answer
fault gzip-unchecked P6 envelope/PayloadStreams.java \
    's/if \(item\.base64\(\) \|\| item\.compressed\(\)\) \{/if (item.base64() \&\& !item.compressed()) {/'
# an element under a flag was handed over as XML
fault flagged-element P16 envelope/PayloadStreams.java \
    's/if \(item\.encrypted\(\)\) \{/if (item.encrypted() || item.base64() || item.compressed()) {/'
# half a surrogate pair at the end of a piece became a question mark
fault half-character B1 envelope/PayloadStreams.java \
    's/boolean cut = .*/boolean cut = false;/'
# a partner's UTF-16 response was kept as UTF-8 under its old declaration
fault utf16-response B9 exchange/StoredResponse.java \
    's/text\.substring\(start\)/text/'
