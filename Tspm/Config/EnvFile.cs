using System.Text;

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
    /// <summary>
    /// Larger than any real env file; a device or a log that was given by mistake is not read into memory.
    /// </summary>
    const int MaxBytes = 1 << 20;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="baseEnvironment">The environment for references that the file itself does not define.</param>
    public static EnvFileResult Read(string path, IReadOnlyDictionary<string, string> baseEnvironment)
    {
        try
        {
            return Parse(Strict.GetString(TextFile.ReadBytes(path, MaxBytes)), path, baseEnvironment);
        }
        catch (TextFileException failure)
        {
            return new EnvFileResult(null, $"the env file {failure.Message}");
        }
        catch (DecoderFallbackException)
        {
            return new EnvFileResult(null, $"the env file {path} is not valid UTF-8");
        }
    }

    /// <summary>Reads a text. <paramref name="file"/> is used only in messages.</summary>
    public static EnvFileResult Parse(string text, string file, IReadOnlyDictionary<string, string> baseEnvironment)
    {
        var reader = new EnvFileReader(text.TrimStart('\uFEFF').ReplaceLineEndings("\n"), baseEnvironment);
        return reader.ReadAll() is { } problem
            ? new EnvFileResult(null, $"{file}, line {reader.Line}: {problem}")
            : new EnvFileResult(reader.Values, null);
    }
}
