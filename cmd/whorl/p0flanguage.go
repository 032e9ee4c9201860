package main

// httpLanguages are the languages that browsers ask for most, by ISO 639-1.
var httpLanguages = map[string]string{
	"ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
	"en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
	"hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
	"lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
	"ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "th": "Thai",
	"tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}

// httpLanguage is the first language of Accept-Language as p0f's log has it: none if there is
// no such field, ??? if its code is not known.
func httpLanguage(accepted string) string {
	switch {
	case accepted == "":
		return "none"
	case len(accepted) < 2 || len(accepted) > 2 && accepted[2]|0x20 >= 'a' && accepted[2]|0x20 <= 'z':
		return "???"
	}
	code := []byte{accepted[0] | 0x20, accepted[1] | 0x20}
	if name, ok := httpLanguages[string(code)]; ok {
		return name
	}
	return "???"
}
