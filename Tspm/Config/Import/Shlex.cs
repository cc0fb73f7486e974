using System.Text;

namespace Tspm.Config.Import;

/// <summary>
/// Splits a command line the way supervisord does, with <c>shlex.split</c> of Python (docs.python.org/3/library/shlex,
/// POSIX mode): quotes and backslashes join words, and every other character stands for itself. There is no shell.
/// </summary>
internal static class Shlex
{
    /// <summary>Splits a command into words.</summary>
    /// <param name="line">The command.</param>
    /// <param name="where">The owner of the command, for error messages.</param>
    /// <exception cref="ImportException">A quote is never closed, or nothing follows a backslash.</exception>
    public static List<string> Split(string line, string where)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (letter is ' ' or '\t' or '\r' or '\n')
            {
                if (inWord) words.Add(word.ToString());
                word.Clear();
                inWord = false;
                continue;
            }
            inWord = true;
            if (letter is '\'' or '"') i = Quoted(line, i, word, where);
            else if (letter != '\\') word.Append(letter);
            else if (++i < line.Length) word.Append(line[i]);
            else throw new ImportException($"{where}: nothing follows the backslash at the end");
        }
        if (inWord) words.Add(word.ToString());
        return words;
    }

    /// <summary>Reads from the opening quote to the closing one.</summary>
    /// <returns>The index of the closing quote.</returns>
    static int Quoted(string line, int open, StringBuilder word, string where)
    {
        var quote = line[open];
        for (var i = open + 1; i < line.Length; i++)
        {
            if (line[i] == quote) return i;
            // Within double quotes, a backslash escapes only these.
            if (quote == '"' && line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\') i++;
            word.Append(line[i]);
        }
        throw new ImportException($"{where}: a quote is never closed");
    }
}
