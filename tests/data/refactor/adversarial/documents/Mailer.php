<?php

namespace App;

use App\Mail\Message;

class Mailer
{
    private array $sent = [];

    «public function send(Message $message, int $tries = 3): bool
    {
        // Addresses are compared without case.
        $address = strtolower($message->address);
        for ($i = 0; $i < $tries; $i++) {
            if (mail($address, $message->subject, $message->text)) {
                $this->sent[] = $address;
                return true;
            }
        }
        return false;
    }»

    public function sent(): array
    {
        return $this->sent;
    }
}
