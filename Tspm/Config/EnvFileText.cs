using System.Text;

namespace Tspm.Config;

/// <summary>
/// The text of a dotenv file, or one sentence about why it cannot be read. Exactly one of the two. Reading may take as
/// long as the file system likes; <see cref="EnvFile"/> finds out what the text says.
/// </summary>
/// <param name="Path">Of the file, for sentences.</param>
internal sealed record EnvFileText(string Path, string? Text, string? Problem)
{
    /// <summary>Larger than any real one; a device or a log given by mistake is not read into memory.</summary>
    const int MaxBytes = 1 << 20;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static EnvFileText Read(string path)
    {
        try
        {
            return new EnvFileText(path, Strict.GetString(TextFile.ReadBytes(path, MaxBytes)), null);
        }
        catch (TextFileException failure)
        {
            return new EnvFileText(path, null, $"the env file {failure.Message}");
        }
        catch (DecoderFallbackException)
        {
            return new EnvFileText(path, null, $"the env file {path} is not valid UTF-8");
        }
    }
}
