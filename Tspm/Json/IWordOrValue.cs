using System.Text.Json;

namespace Tspm.Json;

/// <summary>
/// A converter for a value that may also be one of certain words, such as <c>max</c> in place of a number.
/// </summary>
internal interface IWordOrValue
{
    /// <summary>Whether the value is one of these words.</summary>
    bool IsWord(JsonElement value);
}
