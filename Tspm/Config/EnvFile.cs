namespace Tspm.Config;

/// <summary>
/// The result of reading a dotenv file: the variables in file order, or one sentence that names file and line. Exactly
/// one of the two.
/// </summary>
internal sealed record EnvFileResult(IReadOnlyDictionary<string, string>? Values, string? Problem);

/// <summary>
/// Reads dotenv files: <c>KEY=VALUE</c>, <c>export KEY=…</c>, comments, quotes, and values over several lines within
/// quotes. There is no standard. Where the dialects agree, this reader follows them; docs/env-files.md lists where it
/// does not. Single quotes are literal. Elsewhere <c>${KEY}</c>, and nothing else, is replaced: by an earlier key of
/// the file, else by the environment below it. A variable that is not set is an error, so that no password is silently
/// shortened. Commands are never run.
/// </summary>
internal static class EnvFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="baseEnvironment">The environment for references that the file itself does not define.</param>
    public static EnvFileResult Read(string path, IReadOnlyDictionary<string, string> baseEnvironment) =>
        Parse(EnvFileText.Read(path), baseEnvironment);

    /// <summary>Parses a file that was read before.</summary>
    public static EnvFileResult Parse(EnvFileText read, IReadOnlyDictionary<string, string> baseEnvironment) =>
        read.Text is { } text ? Parse(text, read.Path, baseEnvironment) : new EnvFileResult(null, read.Problem);

    /// <summary>Reads a text. <paramref name="file"/> is used only in messages.</summary>
    public static EnvFileResult Parse(string text, string file, IReadOnlyDictionary<string, string> baseEnvironment)
    {
        var reader = new EnvFileReader(text.TrimStart('\uFEFF').ReplaceLineEndings("\n"), baseEnvironment);
        return reader.ReadAll() is { } problem
            ? new EnvFileResult(null, $"{file}, line {reader.Line}: {problem}")
            : new EnvFileResult(reader.Values, null);
    }
}
