"""The icons of Bode: lines on a field of 24 by 24, in the colour of the text."""

# Name → the shapes inside the <svg>; everything is stroked, nothing filled.
ICONS = {
    "alert": '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.2M12 16.4v.1"/>',
    "arrow": '<path d="M4 12h16M13.5 5.5L20 12l-6.5 6.5"/>',
    "back": '<path d="M20 12H4M10.5 5.5L4 12l6.5 6.5"/>',
    "bars": '<path d="M9 5v14M15 5v14"/>',
    "calendar": '<rect x="4" y="5.5" width="16" height="15" rx="2.5"/>'
    '<path d="M4 10.5h16M8.5 3v4.5M15.5 3v4.5"/>',
    "chevron": '<path d="M9.5 5.5L16 12l-6.5 6.5"/>',
    "chevron-down": '<path d="M5.5 9l6.5 6.5L18.5 9"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 6.8V12l3.4 2"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "desktop": '<rect x="3" y="4.5" width="18" height="12" rx="2"/>'
    '<path d="M12 16.5V20M8 20h8"/>',
    "down": '<path d="M12 4v16M5.5 13.5L12 20l6.5-6.5"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M4.5 20h15"/>',
    "external": '<path d="M14 4h6v6M20 4l-9 9M18 14v5.5H4.5V6H10"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 '
    '2.5 12z"/><circle cx="12" cy="12" r="2.8"/>',
    "file": '<path d="M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5"/>',
    "half": '<circle cx="12" cy="12" r="8.5"/>'
    '<path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>',
    "hourglass": '<path d="M6.5 3.5h11M6.5 20.5h11M8 3.5c0 4.8 4 5.7 4 8.5 0-2.8 4-3.7 '
    '4-8.5M8 20.5c0-4.8 4-5.7 4-8.5 0 2.8 4 3.7 4 8.5"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11.2v5.3M12 7.6v.1"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3.4-3.4a4 4 0 0 0-5.7-5.7L12 6.3"/>'
    '<path d="M14 10a4 4 0 0 0-5.7 0l-3.4 3.4a4 4 0 0 0 5.7 5.7L12 17.7"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6v.1M4.5 12v.1M4.5 18v.1"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2"/>'
    '<path d="M8 10.5V7.5a4 4 0 0 1 8 0v3"/>',
    "loop": '<path d="M20 12a8 8 0 1 1-2.4-5.7L20 8.5M20 3.5v5h-5"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2.5"/>'
    '<path d="M3.5 7l8.5 6.5L20.5 7"/>',
    "menu": '<path d="M4 6.5h16M4 12h16M4 17.5h16"/>',
    "moon": '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>',
    "numbers": '<path d="M10 6h10M10 12h10M10 18h10M4 4.5h1.5V9M4 9h3M4 15h2.5v1.5L4 '
    '19.5h3"/>',
    "pencil": '<path d="M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.5-3.7 3-5.5 '
    "6.5-5.5s6 1.8 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.6c2 .8 3.2 2.4 "
    '3.5 4.9"/>',
    "phone": '<rect x="7" y="2.5" width="10" height="19" rx="2.5"/>'
    '<path d="M11 18.2h2"/>',
    "play": '<path d="M7 4.5v15l12-7.5z"/>',
    "plus": '<path d="M12 4.5v15M4.5 12h15"/>',
    "question": '<circle cx="12" cy="12" r="9"/><path d="M9.4 9.6a2.6 2.6 0 1 1 '
    '3.9 2.3c-.9.5-1.3 1-1.3 1.9M12 16.7v.1"/>',
    "quote": '<path d="M9.5 7C6.5 8.2 5 10.3 5 13.5V17h5v-5H7M19 7c-3 1.2-4.5 3.3-4.5 '
    '6.5V17h5v-5h-3"/>',
    "redo": '<path d="M15.5 4.5L20 9l-4.5 4.5M20 9h-9.5a6 6 0 0 0 0 12H15"/>',
    "ringed-cross": '<circle cx="12" cy="12" r="9"/>'
    '<path d="M8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4"/>',
    "ringed-minus": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "ringed-tick": '<circle cx="12" cy="12" r="9"/><path d="M8 12.3l2.8 2.8L16 9.5"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L20.5 20.5"/>',
    "send": '<path d="M20.5 3.5L10 14M20.5 3.5L14 20.5l-4-6.5-6.5-4z"/>',
    "stop": '<rect x="5.5" y="5.5" width="13" height="13" rx="1.5"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 '
    '12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>',
    "table": '<rect x="3.5" y="5" width="17" height="14" rx="2"/>'
    '<path d="M3.5 9.8h17M3.5 14.4h17M12 9.8V19"/>',
    "text": '<path d="M4 6h16M4 10h11M4 14h16M4 18h8"/>',
    "tick": '<path d="M4.5 12.5l5 5 10-11"/>',
    "trash": '<path d="M4.5 6.5h15M9 6.5V4h6v2.5M6.5 6.5l.8 14h9.4l.8-14"/>',
    "undo": '<path d="M8.5 4.5L4 9l4.5 4.5M4 9h9.5a6 6 0 0 1 0 12H9"/>',
    "up": '<path d="M12 20V4M5.5 10.5L12 4l6.5 6.5"/>',
    "user": '<circle cx="12" cy="8" r="4"/>'
    '<path d="M4.5 20.5c.6-4.2 3.4-6.3 7.5-6.3s6.9 2.1 7.5 6.3"/>',
    "warning": '<path d="M12 3.8L21.5 20h-19zM12 10v4.6M12 17.2v.1"/>',
}

# Bode's mark in a given size: with the pennant, and without it below 28 px.
MARK = (
    '<svg class="mark" width="%d" height="%d" viewBox="0 0 96 96" aria-hidden="true"'
    ' focusable="false"><rect width="96" height="96" rx="24" fill="#1D4A86"/>'
    '<path d="M31 16l20 6.6L31 29.2z" fill="#F2B233"/><path d="M27 15v62h40a5 5 0 0 0 '
    '5-5V45a5 5 0 0 0-5-5H27m3 3.5L49.5 58 69 43.5" fill="none" stroke="#fff"'
    ' stroke-width="8" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
SMALL_MARK = (
    '<svg class="mark" width="%d" height="%d" viewBox="0 0 96 96" aria-hidden="true"'
    ' focusable="false"><rect width="96" height="96" rx="24" fill="#1D4A86"/>'
    '<path d="M27 16v60h38a7 7 0 0 0 7-7V47a7 7 0 0 0-7-7H27m3 4l19.5 14L69 44"'
    ' fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round"'
    ' stroke-linejoin="round"/></svg>'
)
