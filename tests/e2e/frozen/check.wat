;; A check that looks for a world outside. Its verdict is PASS if it finds none; its reason is what it was told of time and chance:
;; two random numbers, and the seconds of the wall clock, in hexadecimal digits.
(module
  (import "touchstone:check/findings@0.1.1" "outcome" (func $outcome (param i32 i32 i32 i32 i32)))
  (import "wasi:cli/environment@0.2.3" "get-environment" (func $environment (param i32)))
  (import "wasi:cli/environment@0.2.3" "get-arguments" (func $arguments (param i32)))
  (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $directories (param i32)))
  (import "wasi:clocks/wall-clock@0.2.3" "now" (func $wall (param i32)))
  (import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $monotonic (result i64)))
  (import "wasi:random/random@0.2.3" "get-random-u64" (func $random (result i64)))
  (import "wasi:cli/stderr@0.2.3" "get-stderr" (func $stderr (result i32)))
  (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:sockets/door@0.2.3" "open" (func $open (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "frozen-world")
  (data (i32.const 16) "frozen-door")
  (data (i32.const 32) "what it prints\n")
  (global $free (mut i32) (i32.const 4096))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (local.get $at))

  ;; Sixteen digits of a number, at a place.
  (func $digits (param $at i32) (param $number i64)
    (local $i i32) (local $digit i32)
    (loop $next
      (local.set $digit (i32.wrap_i64 (i64.and
        (i64.shr_u (local.get $number) (i64.extend_i32_u (i32.sub (i32.const 60) (i32.mul (local.get $i) (i32.const 4)))))
        (i64.const 15))))
      (i32.store8 (i32.add (local.get $at) (local.get $i))
        (i32.add (local.get $digit) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 16)))))

  (func (export "touchstone:check/check@0.1.1#describe") (result i32) unreachable)

  (func (export "touchstone:check/check@0.1.1#run") (result i32)
    (local $found i32)
    ;; How long the lists are.
    (call $environment (i32.const 256))
    (local.set $found (i32.load (i32.const 260)))
    (call $arguments (i32.const 256))
    (local.set $found (i32.or (local.get $found) (i32.load (i32.const 260))))
    (call $directories (i32.const 256))
    (local.set $found (i32.or (local.get $found) (i32.load (i32.const 260))))
    ;; Whether time goes by.
    (local.set $found (i32.or (local.get $found)
      (i64.ne (i64.sub (call $monotonic) (call $monotonic)) (i64.const 0))))
    (call $write (call $stderr) (i32.const 32) (i32.const 15) (i32.const 256))
    (local.set $found (i32.or (local.get $found) (i32.load8_u (i32.const 256))))
    (call $digits (i32.const 512) (call $random))
    (call $digits (i32.const 528) (call $random))
    (call $wall (i32.const 256))
    (call $digits (i32.const 544) (i64.load (i32.const 256)))
    ;; PASS is 0, FAIL is 1.
    (call $outcome (i32.const 0) (i32.const 12) (i32.ne (local.get $found) (i32.const 0)) (i32.const 512) (i32.const 48))
    ;; And now a door that there is not. Nobody comes back from it.
    (drop (call $open))
    (call $outcome (i32.const 16) (i32.const 11) (i32.const 0) (i32.const 0) (i32.const 0))
    (i32.store8 (i32.const 256) (i32.const 0))
    (i32.const 256))
)
