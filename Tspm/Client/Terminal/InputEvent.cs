using Tspm.Platform;

namespace Tspm.Client.Terminal;

/// <summary>What a user did at the terminal.</summary>
internal abstract record InputEvent
{
    /// <summary>A key was pressed.</summary>
    /// <param name="Key">The key; <see cref="Terminal.Key.Character"/> for all that write something.</param>
    /// <param name="Character">The character as a Unicode scalar value; 0 for other keys.</param>
    /// <param name="Modifiers">Shift is reported for other keys only: characters already differ by it.</param>
    public sealed record KeyPress(Key Key, int Character = 0, Modifiers Modifiers = Modifiers.None) : InputEvent
    {
        /// <summary>Whether this is a character without Ctrl and Alt.</summary>
        public bool Is(char character) =>
            Key == Key.Character && Character == character && Modifiers == Modifiers.None;

        /// <summary>Whether this is Ctrl with a small letter.</summary>
        public bool IsCtrl(char letter) =>
            Key == Key.Character && Character == letter && Modifiers == Modifiers.Ctrl;
    }

    /// <summary>The mouse was clicked or moved, with the position of the cell counted from 0.</summary>
    public sealed record Mouse(
        MouseAction Action, MouseButton Button, int X, int Y, Modifiers Modifiers = Modifiers.None) : InputEvent;

    /// <summary>Text was pasted (bracketed paste). It may have any characters, but is never a key.</summary>
    public sealed record Paste(string Text) : InputEvent;

    /// <summary>
    /// The size of the terminal has changed, or the program continues after it was stopped: draw anew.
    /// </summary>
    public sealed record Resize(TerminalSize Size) : InputEvent;

    /// <summary>Nothing will come any more: the terminal is gone, or standard input is at its end.</summary>
    public sealed record End : InputEvent;
}

/// <summary>Keys that can be told apart by what a terminal sends.</summary>
internal enum Key
{
    Character,
    Enter,
    Tab,
    Backspace,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
    F11,
    F12,
}

/// <summary>In the order of xterm's bits.</summary>
[Flags]
internal enum Modifiers
{
    None = 0,
    Shift = 1,
    Alt = 2,
    Ctrl = 4,
}

/// <summary>What was done with the mouse.</summary>
internal enum MouseAction
{
    Press,
    Release,

    /// <summary>The mouse was moved while the button was down.</summary>
    Drag,

    WheelUp,
    WheelDown,
}

/// <summary>A button of the mouse.</summary>
internal enum MouseButton
{
    None,
    Left,
    Middle,
    Right,
}
