using Tspm.Client.Terminal;

namespace Tspm.Client.Output;

/// <summary>Writes lines to an output, with colours if it may have them.</summary>
internal sealed class StreamSink(OutputWriter output) : ITextSink
{
    public void Write(string text, Style style) => output.Write(text, style);

    public void EndLine() => output.WriteLine();
}
