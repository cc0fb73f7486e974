using System.Text;

namespace Tspm.Client.Completion;

/// <summary>
/// A command line of bash up to the cursor. Bash cuts it into words at colons and equals signs too, leaves quotes in
/// them, and replaces only the last of these pieces; it is read here instead, and candidates are cut and quoted to fit.
/// (GNU Readline, <c>rl_completer_word_break_characters</c>.)
/// </summary>
internal sealed class BashWord
{
    const string Special = " \t\n\\'\"`$&|;<>()*?[]{}!#~^";

    readonly char _quote;
    readonly string _kept;

    /// <param name="line">The line, from the name of the program to the cursor.</param>
    /// <param name="breaks">COMP_WORDBREAKS: where bash begins a new piece.</param>
    public BashWord(string line, string breaks)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isInside, kept, openedAt, quote) = (false, 0, 0, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote == '\0' && letter is ' ' or '\t')
            {
                if (isInside) words.Add(word.ToString());
                word.Clear();
                (isInside, kept) = (false, 0);
                continue;
            }
            isInside = true;
            if (quote == '\0' && letter is '\'' or '"') (quote, openedAt) = (letter, word.Length);
            else if (letter == quote) quote = '\0';
            else if (letter == '\\' && quote != '\'' && i + 1 < line.Length) word.Append(line[++i]);
            else
            {
                word.Append(letter);
                if (quote == '\0' && breaks.Contains(letter)) kept = word.Length;
            }
        }
        _quote = quote;
        Text = word.ToString();
        _kept = Text[..(quote == '\0' ? kept : openedAt)];
        Before = words;
    }

    /// <summary>The words before the one at the cursor, without quotes; the first is the program.</summary>
    public List<string> Before { get; }

    /// <summary>What is typed of the word at the cursor, without quotes.</summary>
    public string Text { get; }

    /// <summary>What bash is to insert for a candidate.</summary>
    /// <returns>Null if the candidate does not begin with what is typed.</returns>
    public string? Insert(string candidate)
    {
        if (!candidate.StartsWith(Text, StringComparison.Ordinal)) return null;
        var rest = candidate[_kept.Length..];
        if (_quote == '\'') return rest.Replace("'", "'\\''", StringComparison.Ordinal);
        var quoted = new StringBuilder();
        foreach (var letter in rest)
        {
            var isSpecial = _quote == '"' ? letter is '"' or '\\' or '$' or '`' : Special.Contains(letter);
            if (isSpecial) quoted.Append('\\');
            quoted.Append(letter);
        }
        return quoted.ToString();
    }
}
