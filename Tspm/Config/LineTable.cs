namespace Tspm.Config;

/// <summary>There are more values, with longer paths, than a config file has.</summary>
internal sealed class TooManyPathsException() : Exception("too many values with long names");

/// <summary>
/// The line of each value of a config file by its path. Paths repeat the names of everything that a value is in:
/// without a limit, one long name over many values grows with the square of the file.
/// </summary>
internal sealed class LineTable
{
    /// <summary>All paths together: ten times what 10,000 processes with 20 fields need.</summary>
    const long MostCharacters = 64 << 20;

    readonly Dictionary<string, int> _lines = [];
    long _characters;

    public IReadOnlyDictionary<string, int> Lines => _lines;

    /// <summary>To be called before a path is made. Throws <see cref="TooManyPathsException"/>.</summary>
    public void Reserve(int characters)
    {
        _characters += characters;
        if (_characters > MostCharacters) throw new TooManyPathsException();
    }

    /// <summary>Paths as in <see cref="Tspm.Json.StrictJson"/>, lines from 1.</summary>
    public void Add(string path, int line) => _lines[path] = line;
}
