using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Model;

/// <summary>What a line that the user types is for.</summary>
internal enum PromptKind
{
    FilterList,
    FilterLog,
    FilterText,
    SearchLog,
    SearchHelp,
    GoToTime,
    SendLine,
    Command,
}

/// <summary>A line that the user types at the bottom of the screen.</summary>
/// <param name="kind">What it is for.</param>
/// <param name="text">The text at the beginning.</param>
internal sealed class Prompt(PromptKind kind, string text)
{
    public PromptKind Kind => kind;

    public string Text { get; private set; } = text;

    /// <summary>The text at the beginning, which comes back if the user gives up.</summary>
    public string Before { get; } = text;

    /// <summary>What stands in front of the text.</summary>
    public string Label => kind switch
    {
        PromptKind.FilterList => "filter: ",
        PromptKind.FilterLog or PromptKind.FilterText => "lines with (! without): ",
        PromptKind.SearchLog => "search: ",
        PromptKind.GoToTime => "go to time: ",
        PromptKind.SendLine => "send line: ",
        _ => "tspm ",
    };

    /// <summary>Whether the screen follows each letter; otherwise the text counts when Enter is pressed.</summary>
    public bool IsLive => kind is PromptKind.FilterList or PromptKind.FilterLog or PromptKind.FilterText
        or PromptKind.SearchLog;

    public void Add(string typed) => Text += typed;

    /// <summary>Replaces the text, such as by a completed one.</summary>
    public void Set(string whole) => Text = whole;

    /// <summary>Edits the text as a shell would.</summary>
    /// <returns>False if the key does not edit.</returns>
    public bool Edit(InputEvent.KeyPress key)
    {
        if (key.Key == Key.Backspace) Text = Text[..^LengthOfLast()];
        else if (key.IsCtrl('u')) Text = "";
        else if (key.IsCtrl('w')) Text = Text[..(Text.TrimEnd().LastIndexOf(' ') + 1)];
        else if (key is { Key: Key.Character, Character: >= ' ', Modifiers: Modifiers.None })
            Add(char.ConvertFromUtf32(key.Character));
        else return false;
        return true;
    }

    /// <summary>The length of the last character with its marks, in chars.</summary>
    int LengthOfLast()
    {
        var starts = System.Globalization.StringInfo.ParseCombiningCharacters(Text);
        return starts.Length == 0 ? 0 : Text.Length - starts[^1];
    }
}
