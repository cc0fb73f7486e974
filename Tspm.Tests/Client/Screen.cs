using System.Text;
using Tspm.Client.Output;
using Tspm.Client.Terminal;

namespace Tspm.Tests.Client;

/// <summary>Collects what a command prints.</summary>
internal sealed class Screen
{
    readonly MemoryStream _bytes = new();

    public Screen(bool isTerminal = false, ColourDepth colours = ColourDepth.None) => Writer = new OutputWriter(
        bytes =>
        {
            if (IsGone) return false;
            _bytes.Write(bytes);
            return true;
        },
        isTerminal)
    { Colours = colours };

    public OutputWriter Writer { get; }

    /// <summary>The reader has gone away, as with <c>| head</c>.</summary>
    public bool IsGone { get; set; }

    public string Text
    {
        get
        {
            Writer.Flush();
            return Encoding.UTF8.GetString(_bytes.ToArray());
        }
    }
}
