using System.Text.Json;

namespace Tspm.Json;

/// <summary>A converter whose type also takes certain words, such as <c>max</c> in place of a number.</summary>
internal interface IWordOrValue
{
    /// <summary>The value is one of these words.</summary>
    bool IsWord(JsonElement value);
}
