using System.Text;

namespace Tspm.Config.Import;

/// <summary>
/// A command line as supervisord takes it apart, which is Python's <c>shlex.split</c> (docs.python.org/3/library/shlex,
/// POSIX mode): quotes and backslashes join words, and every other character stays what it is. There is no shell.
/// </summary>
internal static class Shlex
{
    /// <param name="line">The command.</param>
    /// <param name="where">Whose it is, for the message.</param>
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
            else throw new ImportException($"{where}: nothing follows the backslash at its end");
        }
        if (inWord) words.Add(word.ToString());
        return words;
    }

    /// <summary>From the opening quote to the closing one, whose place is returned.</summary>
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
