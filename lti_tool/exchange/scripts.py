"""Characters that stand below and above the line (Unicode, superscripts and subscripts)."""

_LINE = "0123456789+-=()"
SUBSCRIPT = dict(zip(_LINE, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
SUBSCRIPT |= dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUBSCRIPT |= {" ": " ", "−": "₋"}
SUPERSCRIPT = dict(zip(_LINE, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", strict=True))
SUPERSCRIPT |= dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
SUPERSCRIPT |= {" ": " ", "−": "⁻", "°": "°", "™": "™", "®": "®"}
