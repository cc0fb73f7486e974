using Tspm.Client.Terminal;

namespace Tspm.Client.Output;

/// <summary>Takes lines of text with styles: a stream, or a screen.</summary>
internal interface ITextSink
{
    /// <summary>Adds text to the present line.</summary>
    void Write(string text, Style style = default);

    /// <summary>Ends the present line.</summary>
    void EndLine();
}
