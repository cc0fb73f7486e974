namespace Tspm.Client.Terminal;

/// <summary>How text looks apart from its colours.</summary>
[Flags]
internal enum TextEffects : byte
{
    None = 0,
    Bold = 1,
    Dim = 2,
    Underline = 4,

    /// <summary>Foreground and background are exchanged, as for a selection.</summary>
    Reverse = 8,
}

/// <summary>Colours and effects of a text. The default value is plain text.</summary>
internal readonly record struct Style(
    Colour Foreground = default, Colour Background = default, TextEffects Effects = TextEffects.None)
{
    public static readonly Style Dim = new(Effects: TextEffects.Dim);
    public static readonly Style Bold = new(Effects: TextEffects.Bold);
    public static readonly Style Reverse = new(Effects: TextEffects.Reverse);

    public static Style Of(Colour foreground) => new(foreground);

    public bool IsPlain => this == default;
}
