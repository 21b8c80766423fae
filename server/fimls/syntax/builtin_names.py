"""Names that a language brings along, and the common ones of the libraries that come with it."""

from __future__ import annotations

from fimls.syntax.word_sets import words


def builtins_of(language_id: str) -> frozenset[str] | None:
    """Return the names that need no definition in a file; None where they are not known."""
    return _BUILTINS.get(language_id)


_SCRIPT = words("""
    Array ArrayBuffer AbortController AbortSignal AggregateError Atomics BigInt Blob Boolean
    Buffer CustomEvent DataView Date DOMParser Element Error EvalError Event EventTarget File
    FileReader Float32Array Float64Array FormData Function Headers HTMLElement HTMLInputElement
    Image Infinity Int8Array Int16Array Int32Array Intl JSON Map Math MutationObserver NaN Node
    Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Request Response Set
    SharedArrayBuffer String Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL
    IntersectionObserver ResizeObserver URLSearchParams addEventListener getComputedStyle
    matchMedia removeEventListener self Uint8Array Uint8ClampedArray Uint16Array Uint32Array
    WeakMap WeakRef WeakSet WebSocket Worker XMLHttpRequest alert arguments atob btoa
    cancelAnimationFrame clearInterval clearTimeout confirm console crypto decodeURI
    decodeURIComponent document encodeURI encodeURIComponent exports fetch global globalThis
    history isFinite isNaN localStorage location module navigator parseFloat parseInt performance
    process prompt queueMicrotask require requestAnimationFrame sessionStorage setImmediate
    setInterval setTimeout structuredClone undefined window constructor prototype hasOwnProperty
    createImageBitmap __dirname __filename
""")
_TYPES_OF_SCRIPT = words("""
    Awaited Capitalize ConstructorParameters Exclude Extract InstanceType Iterable
    IterableIterator Iterator AsyncIterable AsyncIterator Generator AsyncGenerator Lowercase
    NonNullable Omit OmitThisParameter Parameters Partial Pick PromiseLike PropertyKey Readonly
    ReadonlyArray ReadonlyMap ReadonlySet Record Required ReturnType ThisType Uncapitalize
    Uppercase ArrayLike JSX NodeJS asserts const infer keyof
""")
_C = words("""
    FILE NULL EOF EXIT_FAILURE EXIT_SUCCESS INT_MAX INT_MIN LONG_MAX LONG_MIN SIZE_MAX UINT_MAX
    CHAR_BIT INT32_MAX INT64_MAX UINT32_MAX UINT64_MAX DBL_MAX DBL_EPSILON FLT_MAX abort abs
    assert atexit atof atoi atol bool bsearch calloc ceil clock errno exit exp fabs false fclose
    feof ferror fflush fgetc fgets floor fmod fopen fprintf fputc fputs fread free fscanf fseek
    ftell fwrite getc getchar getenv int16_t int32_t int64_t int8_t intptr_t isalnum isalpha
    isdigit islower isspace isupper isxdigit labs localtime log log10 log2 longjmp malloc memchr
    memcmp memcpy memmove memset offsetof perror pow printf ptrdiff_t putc putchar puts qsort rand
    realloc round scanf setjmp signal sin cos tan size_t snprintf sprintf sqrt srand sscanf
    ssize_t static_assert stderr stdin stdout strcat strchr strcmp strcpy strcspn strdup strerror
    strlen strncat strncmp strncpy strnlen strpbrk strrchr strspn strstr strtod strtok strtol
    strtoll strtoul strtoull time time_t tolower toupper true uint16_t uint32_t uint64_t uint8_t
    uintptr_t va_arg va_copy va_end va_list va_start vfprintf vprintf vsnprintf wchar_t __func__
    __FILE__ __LINE__ nullptr
""")
_CPP = _C | words("""
    std static_cast dynamic_cast reinterpret_cast const_cast string string_view vector map
    unordered_map set unordered_set pair tuple optional variant array deque list queue stack span
    bitset function unique_ptr shared_ptr weak_ptr make_unique make_shared make_pair make_tuple
    move forward swap begin end cbegin cend size get tie cout cerr cin clog endl getline sort
    stable_sort find find_if count count_if copy copy_if transform accumulate all_of any_of
    none_of for_each max min max_element min_element clamp reverse unique remove remove_if
    lower_bound upper_bound to_string stoi stol stod exception runtime_error logic_error
    invalid_argument out_of_range length_error overflow_error bad_alloc ostream istream ifstream
    ofstream stringstream ostringstream istringstream thread mutex lock_guard unique_lock
    scoped_lock atomic future promise async chrono ranges views filesystem numeric_limits
    initializer_list nullopt override final noexcept this
""")

_BUILTINS = {
    "c": _C,
    "cpp": _CPP,
    "cuda-cpp": _CPP,
    "csharp": words("""
        Action ArgumentException ArgumentNullException ArgumentOutOfRangeException Array Attribute
        Boolean Byte CancellationToken Char Console Convert DateTime DateTimeOffset Decimal
        Dictionary Directory Double Encoding Enum Enumerable Environment EventArgs EventHandler
        Exception File FormatException Func Guid HashSet HttpClient ICollection IDictionary
        IDisposable IEnumerable IEnumerator IEquatable IComparable IList IOException
        IReadOnlyCollection IReadOnlyDictionary IReadOnlyList ISet Int16 Int32 Int64
        InvalidCastException InvalidOperationException KeyNotFoundException Lazy LinkedList List
        Math Memory NotImplementedException NotSupportedException NullReferenceException Nullable
        Object ObjectDisposedException OperationCanceledException OverflowException Path Predicate
        Queue Random ReadOnlySpan Regex Single SortedDictionary SortedSet Span Stack Stopwatch
        Stream StreamReader StreamWriter String StringBuilder StringComparer StringComparison
        System Task TaskCompletionSource Thread TimeSpan Tuple Type UInt32 UInt64 Uri ValueTask
        ValueTuple Version args global nameof nint nuint value var dynamic notnull _
    """),
    "go": words("""
        any append bool byte cap clear close comparable complex complex64 complex128 copy delete
        error false float32 float64 imag int int8 int16 int32 int64 iota len make max min new nil
        panic print println real recover rune string true uint uint8 uint16 uint32 uint64 uintptr
        _
    """),
    "java": words("""
        AbstractMethodError AutoCloseable Appendable ArithmeticException
        ArrayIndexOutOfBoundsException AssertionError Boolean Byte CharSequence Character Class
        ClassCastException ClassNotFoundException CloneNotSupportedException Cloneable Comparable
        Deprecated Double Enum Error Exception Float FunctionalInterface IllegalArgumentException
        IllegalStateException IndexOutOfBoundsException Integer InterruptedException Iterable Long
        Math NegativeArraySizeException NullPointerException Number NumberFormatException Object
        OutOfMemoryError Override Process ProcessBuilder Record Runnable Runtime RuntimeException
        SafeVarargs SecurityException Short StackOverflowError StackTraceElement StackWalker
        StrictMath String StringBuffer StringBuilder StringIndexOutOfBoundsException
        SuppressWarnings System Thread ThreadLocal Throwable UnsupportedOperationException Void
        java javax length equals hashCode toString getClass notify notifyAll wait var yield record
    """),
    **dict.fromkeys(("javascript", "javascriptreact"), _SCRIPT),
    "kotlin": words("""
        Any Array ArrayDeque ArrayList ArithmeticException AssertionError Boolean BooleanArray
        Byte ByteArray Char CharArray CharSequence Collection Comparable Comparator Double
        DoubleArray Enum Error Exception Float FloatArray HashMap HashSet IllegalArgumentException
        IllegalStateException IndexOutOfBoundsException Int IntArray IntRange Iterable Iterator
        Lazy LinkedHashMap LinkedHashSet List Long LongArray LongRange Map Math MutableCollection
        MutableIterator MutableList MutableMap MutableSet NoSuchElementException Nothing
        NullPointerException Number NumberFormatException Override Pair Regex Result
        RuntimeException Sequence Set Short String StringBuilder Suppress JvmStatic JvmField
        JvmOverloads Throwable Throws Triple UInt ULong Unit UnsupportedOperationException also
        apply arrayOf arrayListOf buildList buildMap buildSet buildString check checkNotNull
        compareBy compareByDescending emptyList emptyMap emptySequence emptySet error field
        generateSequence hashMapOf hashSetOf intArrayOf it lazy let linkedMapOf linkedSetOf listOf
        listOfNotNull mapOf maxOf minOf mutableListOf mutableMapOf mutableSetOf print println
        readLine readln repeat require requireNotNull run runCatching sequence sequenceOf setOf
        sortedMapOf synchronized to until downTo step use with lateinit takeIf takeUnless coerceIn
        javaClass kotlin java this super
    """),
    "php": words("""
        ArgumentCountError ArrayAccess ArrayIterator ArrayObject Closure Countable DateInterval
        DateTime DateTimeImmutable DateTimeInterface DateTimeZone DivisionByZeroError
        DomainException Error ErrorException Exception Generator InvalidArgumentException Iterator
        IteratorAggregate JsonException JsonSerializable LengthException LogicException
        OutOfBoundsException OutOfRangeException OverflowException PDO PDOException RangeException
        ReflectionClass RuntimeException SplFileInfo SplObjectStorage Stringable Throwable
        Traversable TypeError UnderflowException UnexpectedValueException ValueError WeakMap
        stdClass self static parent true false null TRUE FALSE NULL PHP_EOL PHP_INT_MAX
        PHP_INT_MIN PHP_VERSION JSON_THROW_ON_ERROR JSON_PRETTY_PRINT JSON_UNESCAPED_SLASHES
        JSON_UNESCAPED_UNICODE LOCK_EX FILE_APPEND ENT_QUOTES SORT_REGULAR ARRAY_FILTER_USE_KEY
        ARRAY_FILTER_USE_BOTH E_USER_ERROR E_USER_WARNING DIRECTORY_SEPARATOR M_PI abs array_chunk
        array_column array_combine array_count_values array_diff array_diff_key array_fill
        array_fill_keys array_filter array_find array_flip array_intersect array_intersect_key
        array_is_list array_key_exists array_key_first array_key_last array_keys array_map
        array_merge array_merge_recursive array_pad array_pop array_product array_push
        array_reduce array_replace array_reverse array_search array_shift array_slice array_splice
        array_sum array_unique array_unshift array_values array_walk arsort asort assert basename
        bin2hex boolval call_user_func call_user_func_array ceil chr class_exists compact constant
        count ctype_alpha ctype_digit ctype_space current date define defined die dirname end
        error_log explode extract fclose feof fgets file file_exists file_get_contents
        file_put_contents filter_var floatval floor fmod fopen fprintf fputs fread func_get_args
        function_exists fwrite get_class gettype hash header htmlspecialchars http_build_query
        implode in_array intdiv intval is_a is_array is_bool is_callable is_dir is_file is_float
        is_int is_iterable is_null is_numeric is_object is_readable is_string is_subclass_of isset
        iterator_to_array join json_decode json_encode key krsort ksort lcfirst levenshtein list
        mail ini_get ini_set ltrim max mb_str_split mb_strlen mb_strtolower mb_strtoupper
        mb_substr md5 method_exists microtime min mkdir mt_rand next nl2br number_format ord
        parse_str parse_url pow preg_match preg_match_all preg_quote preg_replace
        preg_replace_callback preg_split print_r printf property_exists random_bytes random_int
        range rawurlencode realpath reset round rsort rtrim serialize settype sha1 shuffle sleep
        sort sprintf sqrt str_contains str_ends_with str_pad str_repeat str_replace str_split
        str_starts_with strcasecmp strcmp strip_tags stripos strlen strncmp strpos strrev strrpos
        strstr strtolower strtotime strtoupper strtr strval substr substr_count sys_get_temp_dir
        time touch trigger_error trim uasort ucfirst ucwords uksort uniqid unlink unserialize
        unset urldecode urlencode usleep usort var_dump var_export version_compare vsprintf
        wordwrap $this $_GET $_POST $_SERVER $_SESSION $_COOKIE $_FILES $_ENV $_REQUEST $GLOBALS
        $argv $argc Override
    """),
    "ruby": words("""
        ARGF ARGV Array ArgumentError BasicObject Binding Class Comparable Complex Data Date
        DateTime Dir ENV EOFError Encoding Enumerable Enumerator Errno Exception FalseClass Fiber
        File FileUtils Float FloatDomainError FrozenError GC Hash IO IOError IndexError Integer
        Interrupt JSON Kernel KeyError LoadError Logger Marshal MatchData Math Method Module Mutex
        NameError NilClass NoMethodError NotImplementedError Numeric Object ObjectSpace OpenStruct
        Pathname Proc Process Queue Random Range RangeError Rational Regexp RuntimeError
        ScriptError SecureRandom SecurityError Set Signal SignalException StandardError
        StopIteration String StringIO Struct Symbol SyntaxError SystemCallError SystemExit
        Tempfile Thread Time TrueClass TypeError URI YAML ZeroDivisionError Ractor abort
        alias_method at_exit attr_accessor attr_reader attr_writer binding block_given? caller
        catch class_eval define_method dup each exit extend fail format freeze frozen? gets
        include inspect instance_of? instance_variable_get instance_variable_set is_a? kind_of?
        lambda load loop method module_function nil? object_id p pp prepend print printf private
        private_class_method private_constant proc protected public public_send putc puts raise
        rand readline refine require require_relative respond_to? send sleep sprintf srand system
        tap then throw to_s warn yield_self __dir__ __method__ it _1 _2 new name hash class
        instance_exec instance_eval
    """),
    "rust": words("""
        AsMut AsRef Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err ExactSizeIterator
        Extend Fn FnMut FnOnce From FromIterator Future Into IntoFuture IntoIterator Iterator None
        Ok Option Ord PartialEq PartialOrd Result Self Send Sized Some String Sync ToOwned
        ToString TryFrom TryInto Unpin Vec alloc assert assert_eq assert_ne bool cfg char column
        compile_error concat core crate dbg debug_assert debug_assert_eq debug_assert_ne drop env
        eprint eprintln f32 f64 file format format_args i128 i16 i32 i64 i8 include include_bytes
        include_str isize line matches module_path option_env panic print println self std str
        stringify super thread_local todo u128 u16 u32 u64 u8 unimplemented unreachable usize vec
        write writeln _ static
    """),
    **dict.fromkeys(("typescript", "typescriptreact"), _SCRIPT | _TYPES_OF_SCRIPT),
}
