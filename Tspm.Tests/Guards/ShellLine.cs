using System.Text;

namespace Tspm.Tests.Guards;

/// <summary>The commands in a line of a shell, as the documentation shows it: enough of a shell to find their
/// words.</summary>
internal static class ShellLine
{
    public static IEnumerable<string[]> Commands(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, inWord, isDropped) = ('\0', false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote != '\0')
            {
                if (letter == quote) quote = '\0';
                else word.Append(letter);
            }
            else if (letter is '\'' or '"') (quote, inWord) = (letter, true);
            else if (letter == '#' && !inWord) break;
            else if (letter is ' ' or '\t' or '>' or '<' or '|' or ';' or '&')
            {
                if (inWord && !isDropped) words.Add(word.ToString());
                word.Clear();
                inWord = false;
                // What is redirected to is no word of the command.
                if (letter is '>' or '<') isDropped = true;
                if (letter is not ('|' or ';' or '&')) continue;
                isDropped = false;
                if (words.Count > 0) yield return [.. words];
                words.Clear();
            }
            else
            {
                inWord = true;
                word.Append(letter);
            }
        }
        if (inWord && !isDropped) words.Add(word.ToString());
        if (words.Count > 0) yield return [.. words];
    }
}
