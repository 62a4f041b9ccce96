/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot sector of boot-sector.json, in full. A PC's BIOS loads the first 512 bytes of a disk to
 * address 0x7c00 and jumps there, in the 16-bit mode that every x86 processor wakes up in. To
 * build it, and to put it into the template:
 *
 *   gcc -m16 -c boot-sector.S && ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o sector boot-sector.o
 *   base64 -w0 sector
 */
	.code16
	.globl _start
_start:
	xor	%ax, %ax		/* segments of 0, so that addresses are what they say */
	mov	%ax, %ds
	cld				/* texts are read forwards */
	mov	$text, %si
1:	lodsb				/* the next letter into %al */
	test	%al, %al
	jz	2f
	mov	$0x0e, %ah		/* the BIOS prints it: service 0x10, function 0x0e */
	mov	$0x0007, %bx		/* page 0, light grey */
	int	$0x10
	jmp	1b
2:	hlt				/* nothing left to do: sleep until an interrupt, and again */
	jmp	2b

text:
	.asciz	"Hello from 512 bytes!\r\n"

	.org	510			/* what the BIOS knows a boot sector by */
	.byte	0x55, 0xaa
