using System.Text;
using System.Text.Unicode;

namespace Tspm.Protocol;

/// <summary>
/// Turns the bytes of a log line into the form that is sent and printed; used with and without a daemon.
/// </summary>
internal static class LogLines
{
    /// <summary>Returns the line with its content.</summary>
    /// <param name="line">All members but the content.</param>
    /// <param name="bytes">The content without the line break. It becomes text if it is valid UTF-8, else
    /// base64.</param>
    public static LogLine Fill(LogLine line, ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes)
            ? line with { Text = Encoding.UTF8.GetString(bytes) }
            : line with { Base64 = Convert.ToBase64String(bytes) };

    /// <summary>The key of a stream in <see cref="LogsRequest.After"/>.</summary>
    public static string Key(int id, int instance, string stream) => $"{id}.{instance}.{stream}";
}
