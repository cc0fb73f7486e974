using System.Text;
using System.Text.Unicode;
using Tspm.Model;

namespace Tspm.Protocol;

/// <summary>From the bytes of a line to what is sent and printed; the same with and without a daemon.</summary>
internal static class LogLines
{
    /// <summary>Lines shown of each stream when neither the request nor the config says how many.</summary>
    const int Default = 15;

    public static int CountFor(LogsRequest request, ProcessDefinition definition) => request.Lines ?? definition.Config.LogBufferSize ?? Default;

    /// <param name="definition">Whose line it is.</param>
    /// <param name="instance">… and of which instance.</param>
    /// <param name="stream">"out" or "err".</param>
    /// <param name="seq">Offset behind the line.</param>
    /// <param name="bytes">The line without its break; text when it is UTF-8, else kept byte by byte.</param>
    /// <param name="partial">Its break has not been written.</param>
    public static LogLine Of(ProcessDefinition definition, int instance, string stream, long seq, ReadOnlySpan<byte> bytes, bool partial)
    {
        var isText = Utf8.IsValid(bytes);
        return new LogLine
        {
            Id = definition.Id,
            Name = definition.Name,
            Instance = instance,
            Stream = stream,
            Seq = seq,
            Text = isText ? Encoding.UTF8.GetString(bytes) : null,
            Base64 = isText ? null : Convert.ToBase64String(bytes),
            Partial = partial,
        };
    }
}
