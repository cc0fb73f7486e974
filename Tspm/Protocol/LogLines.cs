using System.Text;
using System.Text.Unicode;

namespace Tspm.Protocol;

/// <summary>From the bytes of a line to what is sent and printed; the same with and without a daemon.</summary>
internal static class LogLines
{
    /// <param name="line">Everything but the bytes.</param>
    /// <param name="bytes">The line without its break; text when it is UTF-8, else kept byte by byte.</param>
    public static LogLine Fill(LogLine line, ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? line with { Text = Encoding.UTF8.GetString(bytes) } : line with
        {
            Base64 = Convert.ToBase64String(bytes),
        };

    /// <summary>The key of a stream in <see cref="LogsRequest.After"/>.</summary>
    public static string Key(int id, int instance, string stream) => $"{id}.{instance}.{stream}";
}
