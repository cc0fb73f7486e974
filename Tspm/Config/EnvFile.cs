namespace Tspm.Config;

/// <summary>
/// The variables of a dotenv file in the order written, or one sentence that names file and line. Exactly one of the
/// two.
/// </summary>
internal sealed record EnvFileResult(IReadOnlyDictionary<string, string>? Values, string? Problem);

/// <summary>
/// Dotenv files: <c>KEY=VALUE</c>, <c>export KEY=…</c>, comments, quotes, several lines within quotes. There is no
/// standard; where the dialects agree this follows them, and docs/env-files.md says where it does not. Single quotes
/// are literal. Elsewhere <c>${KEY}</c>, and nothing else, is replaced: by an earlier key of the file, else by the
/// environment below it. An unset one is an error, so that no password is shortened silently. No command is ever run.
/// </summary>
internal static class EnvFile
{
    public static EnvFileResult Read(string path, IReadOnlyDictionary<string, string> baseEnvironment) =>
        Parse(EnvFileText.Read(path), baseEnvironment);

    /// <summary>What a file says that has been read.</summary>
    public static EnvFileResult Parse(EnvFileText read, IReadOnlyDictionary<string, string> baseEnvironment) =>
        read.Text is { } text ? Parse(text, read.Path, baseEnvironment) : new EnvFileResult(null, read.Problem);

    /// <summary><paramref name="file"/> is only for sentences.</summary>
    public static EnvFileResult Parse(string text, string file, IReadOnlyDictionary<string, string> baseEnvironment)
    {
        var reader = new EnvFileReader(text.TrimStart('\uFEFF').ReplaceLineEndings("\n"), baseEnvironment);
        return reader.ReadAll() is { } problem
            ? new EnvFileResult(null, $"{file}, line {reader.Line}: {problem}")
            : new EnvFileResult(reader.Values, null);
    }
}
