namespace Tspm.Config;

/// <summary>Thrown when a config file has too many values with long paths.</summary>
internal sealed class TooManyPathsException() : Exception("too many values with long names");

/// <summary>
/// The line of each value of a config file, by its path. A path repeats the names of all enclosing values, so without a
/// limit a long name around many values would make the table grow with the square of the file size.
/// </summary>
internal sealed class LineTable
{
    /// <summary>
    /// Limit for the length of all paths together: ten times what 10,000 processes with 20 fields need.
    /// </summary>
    const long MaxCharacters = 64 << 20;

    readonly OrderedDictionary<string, int> _lines = [];
    long _characters;

    /// <summary>The lines, in the order of the file.</summary>
    public OrderedDictionary<string, int> Lines => _lines;

    /// <summary>Must be called before a path is built. Throws <see cref="TooManyPathsException"/>.</summary>
    public void Reserve(int characters)
    {
        _characters += characters;
        if (_characters > MaxCharacters) throw new TooManyPathsException();
    }

    /// <summary>Adds a line, counted from 1. Paths have the form of <see cref="Tspm.Json.StrictJson"/>.</summary>
    public void Add(string path, int line) => _lines[path] = line;
}
