using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// The names of keys in the help and in settings.json: a character as it is, <c>Space</c>, <c>Ctrl-R</c>,
/// <c>Alt-x</c>, or the name of a key such as <c>Enter</c> and <c>F1</c>.
/// </summary>
internal static class KeyNames
{
    public static string NameOf(InputEvent.KeyPress key)
    {
        var name = key.Key == Key.Character ? CharacterName(key) : key.Key.ToString();
        if (key.Modifiers.HasFlag(Modifiers.Alt)) name = $"Alt-{name}";
        return key.Modifiers.HasFlag(Modifiers.Shift) ? $"Shift-{name}" : name;
    }

    static string CharacterName(InputEvent.KeyPress key)
    {
        var character = key.Character == ' ' ? "Space" : char.ConvertFromUtf32(key.Character);
        return key.Modifiers.HasFlag(Modifiers.Ctrl) ? $"Ctrl-{character.ToUpperInvariant()}" : character;
    }
}
