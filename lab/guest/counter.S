# The smallest guest that proves acknowledged writes: one boot sector.
#
# It reads a counter from the disk's second sector, increments it, writes it back through the BIOS,
# and prints it to the serial port only after the write has succeeded. Every printed number is
# therefore a write that the storage has acknowledged; the full stop after it proves that the line is
# whole, also when the machine died while printing. After a failover the next number must be
# larger than the last printed one; two machines printing the same stretch ran twice.
# "boot" marks a cold start, "read error" and "write error" what the storage let the guest see.

        .code16
        .set    buffer, 0x8000
        .set    pause_ticks, 4          # of 55 ms

        .text
        .globl  _start
_start:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
        sti
        cld
        movb    %dl, drive
        movw    $boot_text, %si
        call    print

again:
        movb    $0x42, %ah              # extended read
        movw    $read_text, %bp
        call    transfer
        incl    buffer
        movw    $0x4300, %ax            # extended write, no verify
        movw    $write_text, %bp
        call    transfer
        movl    buffer, %eax
        call    print_number

        movw    $pause_ticks, %cx
        movl    0x46c, %ebx             # BIOS tick counter
wait_tick:
        hlt
        movl    0x46c, %eax
        subl    %ebx, %eax
        cmpw    %cx, %ax
        jb      wait_tick
        jmp     again

# AX: function; BP: what to print on an error. An error is printed and the round begins anew.
transfer:
        movb    drive, %dl
        movw    $packet, %si
        pushw   %bp
        int     $0x13
        popw    %bp
        jc      failed
        ret
failed:
        movw    %bp, %si
        call    print
        popw    %ax                     # the return address of transfer
        jmp     again

print:
        lodsb
        testb   %al, %al
        jz      print_done
        call    put
        jmp     print
print_done:
        ret

print_number:
        xorw    %cx, %cx
        movl    $10, %ebx
digit:
        xorl    %edx, %edx
        divl    %ebx
        addb    $'0', %dl
        pushw   %dx
        incw    %cx
        testl   %eax, %eax
        jnz     digit
print_digit:
        popw    %ax
        call    put
        loop    print_digit
        movb    $'.', %al
        call    put
        movb    $'\n', %al
        # fall through

# AL to the first serial port, waiting until it takes it.
put:
        movb    %al, %ah
        movw    $0x3fd, %dx
put_wait:
        inb     %dx, %al
        testb   $0x20, %al
        jz      put_wait
        movb    %ah, %al
        movw    $0x3f8, %dx
        outb    %al, %dx
        ret

boot_text:      .asciz "\nboot\n"
read_text:      .asciz "read error\n"
write_text:     .asciz "write error\n"
drive:          .byte 0

        .balign 4
packet:         .byte 16, 0
                .word 1                 # one sector
                .word buffer, 0
                .quad 1                 # the second of the disk

        .org    510
        .word   0xaa55
